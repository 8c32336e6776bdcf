-- The roles of people at customers, one row each: a person may have several. Where only the coarse role is on record, a decision maker
-- is a decider, a manager an influencer and a user a user. People who have left by the as-of date are marked.
--
-- grain: customer_id, person_id, role
-- empty_if_missing: staging.contacts
-- check: role in ('user', 'initiator', 'influencer', 'decider', 'buyer', 'unknown')
-- column: customer_id text "Customer, not the unit"
-- column: person_id text "Person"
-- column: role text "Role in buying"
-- column: is_here bool "Has not left"
SELECT
  customer_id,
  person_id,
  coalesce(role5, CASE role3 WHEN 'decision_maker' THEN 'decider' WHEN 'manager' THEN 'influencer' WHEN 'user' THEN 'user' END, 'unknown') AS role,
  bool_or(left_on IS NULL OR left_on > $as_of) AS is_here
FROM staging.contacts
GROUP BY
  customer_id,
  person_id,
  coalesce(role5, CASE role3 WHEN 'decision_maker' THEN 'decider' WHEN 'manager' THEN 'influencer' WHEN 'user' THEN 'user' END, 'unknown')
