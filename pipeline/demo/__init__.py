"""Material for the demonstration: real photographs and scripted pictures, labelled."""
