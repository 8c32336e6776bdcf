-- Products that tail customers bought first, by the help from people that these customers took until then (tail.activations). A
-- customer whose first day had several products counts for each of them, with all its contacts.
-- A product takes much manual work when the contacts per activation are more than the limit (rules.tail_limits), with customers
-- enough to tell.
--
-- grain: rank
-- needs: staging.sales.product_id
-- empty_if_missing: staging.products
-- check: self_service <= activations
-- column: rank count "Rank by contacts"
-- column: product_id text "Product"
-- column: product_name text "Product name"
-- column: activations count "Tail customers who bought it first"
-- column: self_service count "Of these without help by people"
-- column: self_service_rate ratio "Self-service rate"
-- column: n_touches count "Contacts by people before activation"
-- column: n_tickets count "Tickets before activation"
-- column: touches_per_activation count "Contacts by people per activation"
-- column: is_manual bool "Takes much manual work"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH first_products AS (
  SELECT DISTINCT a.customer_id, f.product_id, a.n_touches, a.n_tickets, a.is_self_service
  FROM revenue.final f
  JOIN value.units u ON u.customer_id = f.customer_id
  JOIN tail.activations a ON a.customer_id = u.unit_id AND a.activated_on = f.final_on
  WHERE f.amount > 0 AND f.product_id IS NOT NULL AND f.final_on >= $window_start AND f.final_on < $window_end
    AND NOT u.is_internal
),
acc AS (
  SELECT
    product_id,
    count(*) AS activations,
    sum(CASE WHEN is_self_service THEN 1 ELSE 0 END) AS self_service,
    sum(n_touches) AS n_touches,
    sum(n_tickets) AS n_tickets
  FROM first_products
  GROUP BY product_id
),
rule AS (
  SELECT l.product_touches_max, s.min_units
  FROM rules.tail_limits l
  CROSS JOIN rules.small_samples s
  WHERE (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
)
SELECT
  CAST(row_number() OVER (ORDER BY a.n_touches DESC, a.activations, a.product_id) AS BIGINT) AS rank,
  a.product_id,
  coalesce(p.product_name, a.product_id) AS product_name,
  a.activations,
  a.self_service,
  CAST(a.self_service AS DOUBLE) / a.activations AS self_service_rate,
  a.n_touches,
  a.n_tickets,
  CAST(a.n_touches AS DOUBLE) / a.activations AS touches_per_activation,
  a.activations >= r.min_units AND a.n_touches > r.product_touches_max * a.activations AS is_manual,
  a.activations < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN rule r
LEFT JOIN staging.products p ON p.product_id = a.product_id
