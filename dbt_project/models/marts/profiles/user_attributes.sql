-- One row per person, attribute, value and source ever known: the one that counts now, and why the others do not.
with served as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

ranked as (
    select
        answers.*,
        served.as_of_date,
        answers.expires_on <= served.as_of_date as is_expired,
        row_number() over best_first as answer_rank,
        first(answers.ladder_rank) over best_first as best_rank,
        first(answers.is_inferred) over best_first as is_best_inferred
    from {{ ref('user_answers') }} as answers
    cross join served
    where answers.known_to = {{ open_end() }} and answers.observed_date <= served.as_of_date
    window best_first as (
        partition by answers.user_key, answers.attribute order by {{ most_reliable_first('served.as_of_date') }}
    )
),

-- The best of equal answers speaks for them.
known as (
    select
        *,
        min(observed_at) over equal_answers as first_observed_at,
        max(observed_at) over equal_answers as last_observed_at,
        min(known_from) over equal_answers as first_known_from,
        count(*) over equal_answers as answer_count
    from ranked
    window equal_answers as (partition by user_key, attribute, value, source, source_kind)
    qualify answer_rank = min(answer_rank) over equal_answers
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    attribute,
    value,
    source,
    source_kind,
    first_observed_at,
    last_observed_at as observed_at,
    first_known_from as known_from,
    expires_on,
    answer_count,
    confidence,
    evidence,
    answer_rank = 1 and ladder_rank is not null and not is_expired as is_winning,
    case
        when ladder_rank is null then 'not_on_the_ladder'
        when is_inferred and not is_best_inferred then 'inferred'
        when is_expired then 'expired'
        when ladder_rank > best_rank then 'less_reliable'
        when answer_rank > 1 then 'older'
    end as lost_reason,
    purpose
from known
