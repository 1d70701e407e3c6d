"""Reports: read everything, write nothing, and say by which definition they counted."""
