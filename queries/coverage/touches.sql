-- Contacts by the customer they are about: the one that is named, else that of the opportunity, else the one that the lead became. One
-- row per customer, day, kind and colleague. Contacts that were planned and did not take place are left out, and so are
-- those with a lead that is no customer yet.
--
-- grain: customer_id, touched_on, kind, colleague
-- needs: staging.touches.touched_on
-- empty_if_missing: staging.leads, staging.opportunities
-- column: customer_id text "Customer, not the unit"
-- column: touched_on date "Day"
-- column: kind text "Kind of contact"
-- column: colleague text "Colleague, or unassigned"
-- column: is_done bool "Known to have taken place"
-- column: has_team bool "By a team"
WITH named AS (
  SELECT
    coalesce(t.customer_id, o.customer_id, l.customer_id) AS customer_id,
    t.touched_on,
    t.kind,
    coalesce(t.owner_id, 'unassigned') AS colleague,
    t.done,
    t.team
  FROM staging.touches t
  LEFT JOIN staging.opportunities o ON o.opportunity_id = t.opportunity_id
  LEFT JOIN staging.leads l ON l.lead_id = coalesce(t.lead_id, o.lead_id)
  WHERE t.done IS NULL OR t.done
)
SELECT
  customer_id,
  touched_on,
  kind,
  colleague,
  count(done) > 0 AS is_done,
  count(team) > 0 AS has_team
FROM named
WHERE customer_id IS NOT NULL
GROUP BY customer_id, touched_on, kind, colleague
