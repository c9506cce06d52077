"""From model to bytes: layout, page tables, timetable, emit, manifest."""
