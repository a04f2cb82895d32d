-- One row per review, as the contract maps it.
{{ canonical('events', 'amazon_beauty', 'reviews') }}
