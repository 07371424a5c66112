"""From a recipe to sealed, committed frames: plan, cells, workers, output folder."""
