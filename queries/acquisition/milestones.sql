-- The first day of everything that happened to a lead, by name: each event of staging.lead_events by its own name, and `created`,
-- `sales_visit` (a contact of kind visit that took place, with the lead or about its opportunity), `opportunity`, `won`, `paid` (the first
-- final sale), `paid_again` (the next day with one), and the stages of its opportunities as `stage_` and their name.
-- rules.funnel_milestones says which of them makes a stage of a funnel.
--
-- grain: lead_id, milestone
-- empty_if_missing: staging.lead_events, staging.opportunities, staging.opportunity_stages, staging.touches
-- column: lead_id text "Lead"
-- column: milestone text "What happened"
-- column: reached_on date "First on"
WITH sale_days AS (
  SELECT customer_id, final_on, row_number() OVER (PARTITION BY customer_id ORDER BY final_on) AS place
  FROM value.customer_day
  WHERE n_sale_lines > 0
),
found AS (
  SELECT lead_id, 'created' AS milestone, created_on AS reached_on FROM acquisition.lead_paths
  UNION ALL
  SELECT lead_id, 'opportunity', opportunity_on FROM acquisition.lead_paths WHERE opportunity_on IS NOT NULL
  UNION ALL
  SELECT lead_id, 'won', won_on FROM acquisition.lead_paths WHERE won_on IS NOT NULL
  UNION ALL
  SELECT lead_id, 'paid', paid_on FROM acquisition.lead_paths WHERE paid_on IS NOT NULL
  UNION ALL
  SELECT p.lead_id, 'paid_again', s.final_on
  FROM acquisition.lead_paths p
  JOIN sale_days s ON s.customer_id = p.customer_id AND s.place = 2
  WHERE p.paid_on IS NOT NULL
  UNION ALL
  SELECT e.lead_id, e.event, min(e.happened_on)
  FROM staging.lead_events e
  GROUP BY e.lead_id, e.event
  UNION ALL
  SELECT coalesce(t.lead_id, o.lead_id), 'sales_visit', min(t.touched_on)
  FROM staging.touches t
  LEFT JOIN staging.opportunities o ON o.opportunity_id = t.opportunity_id
  WHERE t.kind = 'visit' AND t.done IS NOT FALSE AND coalesce(t.lead_id, o.lead_id) IS NOT NULL
  GROUP BY coalesce(t.lead_id, o.lead_id)
  UNION ALL
  SELECT o.lead_id, 'stage_' || s.stage, min(s.entered_on)
  FROM staging.opportunity_stages s
  JOIN staging.opportunities o ON o.opportunity_id = s.opportunity_id
  WHERE o.lead_id IS NOT NULL
  GROUP BY o.lead_id, s.stage
)
-- An event may bear the name of something that is told here, too.
SELECT f.lead_id, f.milestone, min(f.reached_on) AS reached_on
FROM found f
JOIN acquisition.lead_paths p ON p.lead_id = f.lead_id
GROUP BY f.lead_id, f.milestone
