-- For every customer who ever bought: the probability that it still is one, and what to expect of it in the weeks ahead that
-- rules.purchase_model names, by the two models of value.purchase_model. Frequency, recency and age are those of
-- value.purchases. A customer without a repeat purchase has had no occasion to leave, and counts as alive.
-- A model that does not hold leaves what it would say empty. The value is empty, too, for a customer whose repeat purchases come
-- to nothing. One without any is expected to buy for the mean of all, which is empty where the model has none (q up to 1).
--
-- grain: customer_id
-- check: p_alive >= 0 and p_alive <= 1
-- check: expected_purchases >= 0
-- check: expected_value >= 0
-- column: customer_id text "Customer"
-- column: first_sale_on date "First purchase"
-- column: last_sale_on date "Last purchase"
-- column: frequency count "Repeat purchases"
-- column: recency count "Weeks from the first purchase to the last"
-- column: age count "Weeks since the first purchase"
-- column: p_alive ratio "Probability that it still is a customer"
-- column: horizon_weeks count "Weeks ahead"
-- column: expected_purchases count "Purchases expected in the weeks ahead"
-- column: expected_value money "Final revenue expected of a purchase"
-- column: expected_revenue money "Final revenue expected in the weeks ahead"
WITH scored AS (
  SELECT
    c.customer_id,
    c.first_sale_on,
    c.last_sale_on,
    c.frequency,
    c.recency,
    c.age,
    bgnbd_p_alive(c.frequency, c.recency, c.age, m.r, m.alpha, m.a, m.b) AS p_alive,
    m.horizon_weeks,
    bgnbd_expected_purchases(m.horizon_weeks, c.frequency, c.recency, c.age, m.r, m.alpha, m.a, m.b) AS expected_purchases,
    CASE
      WHEN g.holds THEN gamma_gamma_value(
        c.frequency,
        CASE WHEN c.frequency = 0 THEN 0 WHEN c.repeat_amount > 0 THEN c.repeat_value END,
        g.p, g.q, g.v
      )
    END AS expected_value
  FROM value.purchases c
  CROSS JOIN (SELECT * FROM value.purchase_model WHERE model = 'bg_nbd') m
  CROSS JOIN (SELECT * FROM value.purchase_model WHERE model = 'gamma_gamma') g
)
SELECT
  customer_id,
  first_sale_on,
  last_sale_on,
  frequency,
  recency,
  age,
  p_alive,
  horizon_weeks,
  expected_purchases,
  CAST(ROUND(expected_value, 4) AS DECIMAL(18, 4)) AS expected_value,
  CAST(ROUND(expected_purchases * expected_value, 4) AS DECIMAL(18, 4)) AS expected_revenue
FROM scored
