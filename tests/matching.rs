//! Matching through the program: texts, tables, a dataset, and what is asked of it.
