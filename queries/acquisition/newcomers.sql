-- New customers of the window: those whose first final sale lies in it. A customer whose final revenue came back to zero or below was
-- refunded, and is no new customer.
--
-- grain: customer_id
-- check: total_revenue > 0
-- column: customer_id text "Customer"
-- column: first_sale_on date "First final sale"
-- column: revenue money "Final revenue in the window"
-- column: total_revenue money "Final revenue so far"
WITH sold AS (
  SELECT
    customer_id,
    sum(amount) AS total_revenue,
    sum(CASE WHEN final_on >= $window_start AND final_on < $window_end THEN amount END) AS revenue
  FROM value.customer_day
  GROUP BY customer_id
)
SELECT c.customer_id, c.first_sale_on, s.revenue, s.total_revenue
FROM value.customers c
JOIN sold s ON s.customer_id = c.customer_id
WHERE c.first_sale_on >= $window_start AND c.first_sale_on < $window_end AND s.total_revenue > 0
