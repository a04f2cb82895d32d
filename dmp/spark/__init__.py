"""The SQL stages on Apache Spark: the models of dbt_project, put into Spark's dialect, on tables of Parquet files."""
