// The room's types follow, one a file.
