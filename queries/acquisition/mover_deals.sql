-- The pipeline behind movers: deals at their new customers that were created on the day of the move or later, and within the longest
-- horizon (rules.pay_off_horizons). A deal goes to the last mover who had come to the customer by then, so that it counts once. A
-- deal inside N months was created before the day N months after the move. Of a day won and a day lost the later one holds, and won on a tie.
--
-- grain: opportunity_id
-- order: created_on desc, opportunity_id
-- check: state in ('won', 'lost', 'open')
-- check: created_on >= moved_on
-- column: opportunity_id text "Opportunity"
-- column: person_id text "Mover"
-- column: customer_id text "New customer"
-- column: customer_name text "Name of the new customer"
-- column: moved_on date "Moved on"
-- column: created_on date "Created on"
-- column: state text "Won, lost or open"
-- column: amount money "Amount of the opportunity"
WITH longest AS (
  SELECT max(horizon_months) AS n
  FROM rules.pay_off_horizons
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  o.opportunity_id,
  m.person_id,
  m.to_customer_id AS customer_id,
  m.to_customer_name AS customer_name,
  m.moved_on,
  o.created_on,
  CASE
    WHEN o.won_on IS NOT NULL AND (o.lost_on IS NULL OR o.lost_on <= o.won_on) THEN 'won'
    WHEN o.lost_on IS NOT NULL THEN 'lost'
    ELSE 'open'
  END AS state,
  o.amount
FROM staging.opportunities o
LEFT JOIN value.units u ON u.customer_id = o.customer_id
JOIN acquisition.moves m
  ON m.to_customer_id = coalesce(u.unit_id, o.customer_id) AND m.move_state = 'mover' AND m.moved_on <= o.created_on
CROSS JOIN longest l
WHERE o.created_on < month_add(m.moved_on, l.n)
QUALIFY row_number() OVER (PARTITION BY o.opportunity_id ORDER BY m.moved_on DESC, m.person_id) = 1
