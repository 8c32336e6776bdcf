-- Contacts with people at customers, by a person and not by a mass mailing: one row for each person, customer, deal and day. The
-- customer is the one that the contact names, else that of its deal, else the one that its lead became, else each one that
-- the person is on record with. Contacts that were planned and did not take place are left out, and so are internal customers.
--
-- grain: person_id, customer_id, opportunity_id, touched_on
-- needs: staging.touches.person_id
-- empty_if_missing: staging.contacts, staging.leads, staging.opportunities
-- column: person_id text "Person"
-- column: customer_id text "Customer"
-- column: opportunity_id text "Deal; empty for a contact about none"
-- column: touched_on date "Day"
WITH named AS (
  SELECT
    t.person_id,
    coalesce(t.customer_id, o.customer_id, l.customer_id) AS customer_id,
    coalesce(t.opportunity_id, '') AS opportunity_id,
    t.touched_on
  FROM staging.touches t
  JOIN rules.touch_kinds k
    ON k.kind = t.kind
    AND (k.valid_from IS NULL OR k.valid_from <= t.touched_on) AND (k.valid_to IS NULL OR k.valid_to > t.touched_on)
  LEFT JOIN staging.opportunities o ON o.opportunity_id = t.opportunity_id
  LEFT JOIN staging.leads l ON l.lead_id = coalesce(t.lead_id, o.lead_id)
  WHERE t.person_id IS NOT NULL AND k.is_human AND t.done IS NOT FALSE
),
placed AS (
  SELECT person_id, customer_id, opportunity_id, touched_on
  FROM named
  WHERE customer_id IS NOT NULL
  UNION ALL
  SELECT n.person_id, c.customer_id, n.opportunity_id, n.touched_on
  FROM named n
  JOIN staging.contacts c ON c.person_id = n.person_id
  WHERE n.customer_id IS NULL
)
SELECT p.person_id, u.unit_id AS customer_id, p.opportunity_id, p.touched_on
FROM placed p
JOIN value.units u ON u.customer_id = p.customer_id
WHERE NOT u.is_internal
GROUP BY p.person_id, u.unit_id, p.opportunity_id, p.touched_on
