-- Contacts with customers by day, all history: those by people (visits, calls, messages, negotiations, trainings) and campaign
-- messages apart. A contact with a lead or an opportunity counts for the customer that it became. A contact that was planned and not
-- done does not count. Internal customers are left out.
--
-- grain: customer_id, touched_on
-- empty_if_missing: staging.leads, staging.opportunities
-- column: customer_id text "Customer"
-- column: touched_on date "Day"
-- column: n_touches count "Contacts by people"
-- column: n_campaigns count "Campaign messages"
WITH touches AS (
  SELECT
    coalesce(t.customer_id, o.customer_id, l.customer_id) AS customer_id,
    t.touched_on,
    t.kind
  FROM staging.touches t
  LEFT JOIN staging.opportunities o ON o.opportunity_id = t.opportunity_id
  LEFT JOIN staging.leads l ON l.lead_id = coalesce(t.lead_id, o.lead_id)
  WHERE coalesce(t.done, true)
)
SELECT
  u.unit_id AS customer_id,
  t.touched_on,
  sum(CASE WHEN t.kind <> 'campaign' THEN 1 ELSE 0 END) AS n_touches,
  sum(CASE WHEN t.kind = 'campaign' THEN 1 ELSE 0 END) AS n_campaigns
FROM touches t
JOIN value.units u ON u.customer_id = t.customer_id
WHERE NOT u.is_internal
GROUP BY u.unit_id, t.touched_on
