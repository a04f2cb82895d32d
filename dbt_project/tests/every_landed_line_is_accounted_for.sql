-- A refused file counts as one refused file, whatever of it was read; in Parquet a record counts as a line.
{{ config(meta={'dagster': {'ref': {'name': 'int_cuts'}}}) }}
-- depends_on: {{ ref('int_cuts') }}
select source_file
from {{ source('raw', 'landed_files') }}
where
    not is_refused
    and (
        physical_line_count != header_line_count + continuation_line_count + blank_line_count + record_count
        or record_count != accepted_count + duplicate_count + conflict_count + rejected_count + suppressed_count
    )
