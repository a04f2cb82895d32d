-- Which people turned out to be one, and what joined them? 哪些用户被识别为同一个人，依据是什么？
SELECT
    retired_users.retired_on,
    retired_users.retired_user_id,
    retired_users.user_id,
    identity_links.evidence,
    identity_links.identifier_type,
    identity_links.other_identifier_type,
    identity_links.evidence_count,
    identity_links.first_event_at
FROM retired_users
INNER JOIN identity_links USING (user_id)
WHERE identity_links.known_from <= retired_users.retired_on
ORDER BY retired_users.retired_on DESC, retired_user_id, evidence_count DESC, identifier_id, other_identifier_id
LIMIT 50
