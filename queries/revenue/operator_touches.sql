-- Touches of the operations teams with customers, by customer, day and operator. Teams and kinds are those of rules.attribution_teams
-- and rules.attribution_kinds: kinds that a person does, so that a mailing is none. A touch that was planned and not done is none.
-- Touches by nobody in particular have the operator `(none)`. When no touch at all is of one of these teams nothing is known.
--
-- grain: customer_id, touched_on, operator_id
-- needs: staging.touches.team, revenue.operator_teams.first_touched_on
-- column: customer_id text "Customer"
-- column: touched_on date "Day"
-- column: operator_id text "Operator"
-- column: touches count "Touches"
SELECT
  u.unit_id AS customer_id,
  t.touched_on,
  coalesce(t.owner_id, '(none)') AS operator_id,
  count(*) AS touches
FROM staging.touches t
JOIN value.units u ON u.customer_id = t.customer_id
JOIN rules.attribution_teams a ON a.team = t.team
JOIN rules.attribution_kinds k ON k.kind = t.kind
WHERE NOT u.is_internal AND t.done IS NOT FALSE
  AND (a.valid_from IS NULL OR a.valid_from <= $as_of) AND (a.valid_to IS NULL OR a.valid_to > $as_of)
  AND (k.valid_from IS NULL OR k.valid_from <= $as_of) AND (k.valid_to IS NULL OR k.valid_to > $as_of)
GROUP BY u.unit_id, t.touched_on, coalesce(t.owner_id, '(none)')
