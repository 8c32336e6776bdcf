-- The largest customer, and whether it is large enough to speak of.
--
-- grain: as_of
-- column: as_of date "Day"
-- column: revenue money "Revenue of the largest customer"
-- column: is_large bool "Large"
SELECT $as_of AS as_of, max(revenue) AS revenue, max(revenue) > 100 AS is_large
FROM review.brief
