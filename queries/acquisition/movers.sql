-- Movers who opened a new door, and those who are friends at a customer that had bought before: where they are now, and what has come of
-- it. Deals and revenue are those since the move, within the longest horizon; unknown deals are empty. A door is open until the
-- new customer has bought, or has a deal that is won or still open.
--
-- grain: person_id, to_customer_id, moved_on
-- order: is_to_be_called desc, move_state desc, moved_on desc, person_id, to_customer_id
-- empty_if_missing: acquisition.mover_deals, staging.opportunities, coverage.opt_outs
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from acquisition.mover_sales)
-- column: person_id text "Person"
-- column: from_customer_id text "Left customer"
-- column: from_customer_name text "Name of the customer that was left"
-- column: to_customer_id text "New customer"
-- column: to_customer_name text "Name of the new customer"
-- column: owner_id text "Owner of the new customer"
-- column: owner_name text "Owner name"
-- column: moved_on date "Moved on"
-- column: months_since count "Full months since the move"
-- column: move_state text "What the move is"
-- column: is_this_month bool "In the month of the as-of date"
-- column: is_recent bool "Not long ago"
-- column: deals count "Deals since the move"
-- column: won count "Of these won"
-- column: open count "Of these open"
-- column: first_deal_on date "First deal since the move"
-- column: revenue money "Final revenue since the move"
-- column: has_opted_out bool "The new customer wants no contact"
-- column: is_to_be_called bool "Recent, and nothing has come of it yet"
WITH deals AS (
  SELECT
    person_id,
    customer_id,
    moved_on,
    count(*) AS deals,
    count(CASE WHEN state = 'won' THEN 1 END) AS won,
    count(CASE WHEN state = 'open' THEN 1 END) AS open,
    min(created_on) AS first_deal_on
  FROM acquisition.mover_deals
  GROUP BY person_id, customer_id, moved_on
),
sold AS (
  SELECT person_id, customer_id, moved_on, sum(revenue) AS revenue
  FROM acquisition.mover_sales
  GROUP BY person_id, customer_id, moved_on
),
at_customers AS (
  SELECT customer_id, count(*) AS n FROM acquisition.mover_deals WHERE state <> 'lost' GROUP BY customer_id
),
known AS (
  SELECT count(*) > 0 AS has_deals FROM staging.opportunities
)
SELECT
  m.person_id,
  m.from_customer_id,
  m.from_customer_name,
  m.to_customer_id,
  m.to_customer_name,
  c.owner_id,
  c.owner_name,
  m.moved_on,
  m.months_since,
  m.move_state,
  m.is_this_month,
  m.is_recent,
  CASE WHEN m.move_state = 'mover' AND k.has_deals THEN coalesce(d.deals, 0) END AS deals,
  CASE WHEN m.move_state = 'mover' AND k.has_deals THEN coalesce(d.won, 0) END AS won,
  CASE WHEN m.move_state = 'mover' AND k.has_deals THEN coalesce(d.open, 0) END AS open,
  d.first_deal_on,
  CASE WHEN m.move_state = 'mover' THEN coalesce(s.revenue, 0) END AS revenue,
  o.customer_id IS NOT NULL AS has_opted_out,
  m.is_recent AND m.move_state = 'mover' AND a.customer_id IS NULL AND c.first_sale_on IS NULL AND o.customer_id IS NULL AS is_to_be_called
FROM acquisition.moves m
CROSS JOIN known k
LEFT JOIN value.customers c ON c.customer_id = m.to_customer_id
LEFT JOIN deals d ON d.person_id = m.person_id AND d.customer_id = m.to_customer_id AND d.moved_on = m.moved_on
LEFT JOIN sold s ON s.person_id = m.person_id AND s.customer_id = m.to_customer_id AND s.moved_on = m.moved_on
LEFT JOIN at_customers a ON a.customer_id = m.to_customer_id
LEFT JOIN coverage.opt_outs o ON o.customer_id = m.to_customer_id
WHERE m.move_state IN ('mover', 'already_customer')
