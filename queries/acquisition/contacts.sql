-- Contacts that took place, by the customer or the lead they were with, and by day. A contact is with the customer it names, else with that
-- of its opportunity, else with the customer that its lead became, else with the lead itself. A contact of which it is not known
-- whether it took place counts. Which kinds are of people, and which are mass mailings, stands in rules.touch_kinds.
--
-- grain: party, touched_on
-- empty_if_missing: staging.opportunities, acquisition.lead_paths
-- column: party text "Customer, or lead that is none yet"
-- column: touched_on date "Day"
-- column: is_human bool "By people"
WITH days AS (
  SELECT t.customer_id, t.opportunity_id, t.lead_id, t.touched_on, bool_or(k.is_human) AS is_human
  FROM staging.touches t
  JOIN rules.touch_kinds k ON k.kind = t.kind
  WHERE t.done IS NOT FALSE
    AND (k.valid_from IS NULL OR k.valid_from <= $as_of) AND (k.valid_to IS NULL OR k.valid_to > $as_of)
  GROUP BY t.customer_id, t.opportunity_id, t.lead_id, t.touched_on
),
placed AS (
  SELECT
    CASE
      WHEN coalesce(d.customer_id, o.customer_id) IS NOT NULL
      THEN CASE WHEN NOT u.is_internal THEN concat('customer ', u.unit_id) END
      WHEN p.customer_id IS NOT NULL THEN concat('customer ', p.customer_id)
      WHEN p.lead_id IS NOT NULL THEN concat('lead ', p.lead_id)
    END AS party,
    d.touched_on,
    d.is_human
  FROM days d
  LEFT JOIN staging.opportunities o ON o.opportunity_id = d.opportunity_id
  LEFT JOIN value.units u ON u.customer_id = coalesce(d.customer_id, o.customer_id)
  LEFT JOIN acquisition.lead_paths p ON p.lead_id = coalesce(d.lead_id, o.lead_id)
)
SELECT party, touched_on, bool_or(is_human) AS is_human
FROM placed
WHERE party IS NOT NULL
GROUP BY party, touched_on
