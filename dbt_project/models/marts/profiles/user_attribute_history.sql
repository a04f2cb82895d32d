-- One row per person, attribute, interval of validity and interval of knowledge: the value that counts.
-- As of day D, as known on day K: valid_from <= D < valid_to and known_from <= K < known_to.
{%- set value_columns = ['user_key', 'attribute', 'value', 'source', 'source_kind', 'purpose'] %}
with answers as materialized (
    select *, count(*) over (partition by user_key, attribute) = 1 as is_alone
    from {{ ref('user_answers') }}
    where ladder_rank is not null
),

-- Most answers are the only one, and hold from when they were observed until they expire.
undisputed as (
    select * exclude (observed_date, expires_on), observed_date as valid_from, expires_on as valid_to
    from answers
    where is_alone and expires_on > observed_date
),

disputed as (
    select * from answers where not is_alone
),

knowledge as (
    select *, lead(known_from) over (partition by user_key, attribute order by known_from) as known_to
    from (
        select user_key, attribute, known_from from disputed
        union
        select user_key, attribute, known_to from disputed
    ) as changes
),

known as (
    select disputed.* replace (knowledge.known_from as known_from, knowledge.known_to as known_to)
    from knowledge
    inner join disputed
        on knowledge.user_key = disputed.user_key
        and knowledge.attribute = disputed.attribute
        and knowledge.known_from >= disputed.known_from
        and knowledge.known_from < disputed.known_to
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
),

counted as (
    select {{ (value_columns + ['valid_from', 'valid_to', 'known_from', 'known_to']) | join(', ') }} from undisputed
    union all by name
    select * from rejoined
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
from counted
