-- One row per person, attribute, interval of validity and interval of knowledge: the value that counts.
-- As of day D, as known on day K: valid_from <= D < valid_to and known_from <= K < known_to.
{%- set value_columns = ['user_key', 'attribute', 'value', 'source', 'source_kind', 'purpose'] %}
with answers as (
    select * from {{ ref('user_answers') }} where ladder_rank is not null
),

knowledge as (
    select *, lead(known_from) over (partition by user_key, attribute order by known_from) as known_to
    from (
        select user_key, attribute, known_from from answers
        union
        select user_key, attribute, known_to from answers
    ) as changes
),

known as (
    select answers.* replace (knowledge.known_from as known_from, knowledge.known_to as known_to)
    from knowledge
    inner join answers
        on knowledge.user_key = answers.user_key
        and knowledge.attribute = answers.attribute
        and knowledge.known_from >= answers.known_from
        and knowledge.known_from < answers.known_to
),

validity as (
    select
        *,
        lead(valid_from, 1, {{ open_end() }}) over (
            partition by user_key, attribute, known_from order by valid_from
        ) as valid_to
    from (
        select user_key, attribute, known_from, observed_date as valid_from from known
        union
        select user_key, attribute, known_from, expires_on from known where expires_on < {{ open_end() }}
    ) as changes
),

best as (
    select known.* exclude (known_from), validity.known_from, validity.valid_from, validity.valid_to
    from validity
    inner join known
        on validity.user_key = known.user_key
        and validity.attribute = known.attribute
        and validity.known_from = known.known_from
        and validity.valid_from >= known.observed_date
    qualify row_number() over (
        partition by validity.user_key, validity.attribute, validity.known_from, validity.valid_from
        order by {{ most_reliable_first('validity.valid_from') }}
    ) = 1
),

believed as (
    select * from best where expires_on > valid_from
),

joined as (
    {{ joined_intervals('believed', value_columns + ['known_from', 'known_to'], 'valid_from', 'valid_to') }}
),

rejoined as (
    {{ joined_intervals('joined', value_columns + ['valid_from', 'valid_to'], 'known_from', 'known_to') }}
)

select
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    attribute,
    value,
    source,
    source_kind,
    valid_from,
    valid_to,
    known_from,
    known_to,
    purpose
from rejoined
