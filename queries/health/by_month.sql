-- Customers by state of health at each month-end of health.history, computed again for each.
--
-- grain: month_end
-- check: healthy + watch + risk + unknown = customers
-- total: sum(customers) = (select count(*) from health.history)
-- column: month_end date "Month-end"
-- column: customers count "Customers"
-- column: healthy count "Healthy"
-- column: watch count "To watch"
-- column: risk count "At risk"
-- column: unknown count "Unknown"
-- column: known_share ratio "Share whose health is known"
-- column: risk_share ratio "Share at risk, of those known"
SELECT
  month_end,
  count(*) AS customers,
  sum(CASE WHEN state = 'healthy' THEN 1 ELSE 0 END) AS healthy,
  sum(CASE WHEN state = 'watch' THEN 1 ELSE 0 END) AS watch,
  sum(CASE WHEN state = 'risk' THEN 1 ELSE 0 END) AS risk,
  sum(CASE WHEN state = 'unknown' THEN 1 ELSE 0 END) AS unknown,
  CAST(sum(CASE WHEN state <> 'unknown' THEN 1 ELSE 0 END) AS DOUBLE) / count(*) AS known_share,
  CAST(sum(CASE WHEN state = 'risk' THEN 1 ELSE 0 END) AS DOUBLE)
    / NULLIF(sum(CASE WHEN state <> 'unknown' THEN 1 ELSE 0 END), 0) AS risk_share
FROM health.history
GROUP BY month_end
