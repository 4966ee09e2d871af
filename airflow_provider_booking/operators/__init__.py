"""What a DAG says. These modules load nothing heavy: the DAG files that use them are parsed often."""
