-- When each customer was last touched, over all history up to the as-of date: in any way, by a person, and by a team.
--
-- grain: customer_id
-- column: customer_id text "Customer"
-- column: last_touch_on date "Last contact of any kind"
-- column: last_human_touch_on date "Last contact by a person"
-- column: last_team_touch_on date "Last contact by a team"
-- column: n_touches count "Contacts so far"
SELECT
  customer_id,
  max(touched_on) AS last_touch_on,
  max(CASE WHEN is_human THEN touched_on END) AS last_human_touch_on,
  max(CASE WHEN has_team THEN touched_on END) AS last_team_touch_on,
  count(*) AS n_touches
FROM coverage.contact_days
GROUP BY customer_id
