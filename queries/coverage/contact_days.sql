-- Contacts with customers: one row per customer, day and kind, however many colleagues took part. Contacts that were planned and did not
-- take place are left out; one of which it is not known counts as made, but not as a completed one. A contact about an
-- opportunity or with a lead counts for the customer that it became.
--
-- grain: customer_id, touched_on, kind
-- column: customer_id text "Customer"
-- column: touched_on date "Day"
-- column: kind text "Kind of contact"
-- column: is_human bool "By a person, not a mass mailing"
-- column: is_on_site bool "At the customer's place"
-- column: is_done bool "Known to have taken place"
-- column: has_team bool "By a team"
SELECT
  u.unit_id AS customer_id,
  t.touched_on,
  t.kind,
  k.is_human,
  k.is_on_site,
  bool_or(t.is_done) AS is_done,
  bool_or(t.has_team) AS has_team
FROM coverage.touches t
JOIN value.units u ON u.customer_id = t.customer_id
LEFT JOIN rules.touch_kinds k
  ON k.kind = t.kind
  AND (k.valid_from IS NULL OR k.valid_from <= t.touched_on) AND (k.valid_to IS NULL OR k.valid_to > t.touched_on)
WHERE NOT u.is_internal
GROUP BY u.unit_id, t.touched_on, t.kind, k.is_human, k.is_on_site
