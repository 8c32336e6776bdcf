-- What customers did that tells a stage of their life (rules.lifecycle_events), one row per customer, day and event: the record was made,
-- events of the lead that became the customer, trainings and negotiations that took place, the first login, opportunities, days
-- with a final sale, customers that it referred, and answers that recommend us (high by rules.survey_scales). Some events count
-- only up to the day before the first sale: a training after it is service. The stage of a day is the furthest of its events.
--
-- grain: customer_id, happened_on, event
-- empty_if_missing: health.usage_days, health.answers, coverage.touches, staging.leads, staging.lead_events, staging.opportunities
-- check: position between 1 and 9
-- column: customer_id text "Customer"
-- column: happened_on date "Day"
-- column: event text "Event"
-- column: stage text "Stage"
-- column: position count "Position of the stage"
WITH referred AS (
  SELECT u.unit_id AS customer_id, c.created_on AS happened_on, r.unit_id AS referrer_id
  FROM staging.customers c
  JOIN value.units u ON u.customer_id = c.customer_id AND NOT u.is_internal
  JOIN value.units r ON r.customer_id = c.referrer_id AND NOT r.is_internal
  WHERE c.created_on IS NOT NULL AND u.unit_id <> r.unit_id
),
logins AS (
  SELECT customer_id, min(day) AS happened_on
  FROM health.usage_days
  WHERE logins > 0
  GROUP BY customer_id
),
events AS (
  SELECT u.unit_id AS customer_id, c.created_on AS happened_on, 'created' AS event
  FROM staging.customers c
  JOIN value.units u ON u.customer_id = c.customer_id
  WHERE NOT u.is_internal
  UNION ALL
  SELECT u.unit_id, e.happened_on, e.event
  FROM staging.lead_events e
  JOIN staging.leads l ON l.lead_id = e.lead_id
  JOIN value.units u ON u.customer_id = l.customer_id
  WHERE NOT u.is_internal
  UNION ALL
  SELECT u.unit_id, t.touched_on, t.kind
  FROM coverage.touches t
  JOIN value.units u ON u.customer_id = t.customer_id
  WHERE NOT u.is_internal AND t.kind IN ('training', 'negotiation')
  UNION ALL
  SELECT customer_id, happened_on, 'first_login' FROM logins
  UNION ALL
  SELECT u.unit_id, o.created_on, 'opportunity'
  FROM staging.opportunities o
  LEFT JOIN staging.leads l ON l.lead_id = o.lead_id
  JOIN value.units u ON u.customer_id = coalesce(o.customer_id, l.customer_id)
  WHERE NOT u.is_internal
  UNION ALL
  SELECT customer_id, final_on, 'order' FROM value.customer_day WHERE n_sale_lines > 0
  UNION ALL
  SELECT referrer_id, happened_on, 'referral' FROM referred
  UNION ALL
  SELECT customer_id, answered_on, 'promoter' FROM health.answers WHERE kind = 'nps' AND is_high
)
SELECT DISTINCT
  e.customer_id,
  e.happened_on,
  e.event,
  r.stage,
  s.position
FROM events e
JOIN rules.lifecycle_events r
  ON r.event = e.event AND (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
JOIN rules.lifecycle_stages s
  ON s.stage = r.stage AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
JOIN value.customers c ON c.customer_id = e.customer_id
WHERE e.happened_on IS NOT NULL AND (NOT r.before_first_sale OR c.first_sale_on IS NULL OR e.happened_on < c.first_sale_on)
