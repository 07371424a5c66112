"""Policy files: dated law as data, evaluated with three values and with reasons."""
