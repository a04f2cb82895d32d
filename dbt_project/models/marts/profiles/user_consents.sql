-- One row per person: the newest consent to each purpose by any of their identifiers, whatever it was before.
{{ config(materialized='per_person') }}
{{ newest_consents(ref('identity_map'), open_end()) }}
