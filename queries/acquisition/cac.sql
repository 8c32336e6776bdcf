-- What it costs to win a customer: the cost of a channel (acquisition.channel_costs) by the new customers of the window who came through it
-- first. New customers have their first final sale in the window; those who were refunded altogether are not counted. Cost is that
-- of the window and of the lag before it, so there are more months of cost than of customers, and the figure is rather too
-- high than too low; for all channels together the one without the lag stands beside it. It has the salaries of sales in it where
-- these are on record, and is told without them, too. The row `all` has all cost and all new customers, also those of unknown channels.
-- A channel without a row of cost has no figure; neither has one without a new customer.
--
-- grain: channel
-- order: is_total desc, new_customers desc, cost desc, channel
-- total: sum(case when not is_total then new_customers end) = (select count(*) from acquisition.customers where is_new)
-- total: sum(case when is_total then cost end) = (select coalesce(sum(total_cost), 0) from acquisition.channel_costs)
-- check: cac_without_salaries <= cac
-- column: channel text "Channel"
-- column: is_total bool "All channels together"
-- column: new_customers count "New customers, by first channel"
-- column: new_customers_last count "New customers, by last channel"
-- column: refunded_customers count "First sale in the window, but refunded"
-- column: spend money "Spend"
-- column: sales_cost money "Salaries of sales"
-- column: shared_cost money "Of both, its part of shared cost"
-- column: cost money "All cost"
-- column: includes_salaries bool "Salaries are in it"
-- column: cac money "Cost of a new customer"
-- column: cac_without_salaries money "Without salaries"
-- column: cac_last money "By last channel"
-- column: cac_same_months money "With cost of the window alone"
-- column: is_small_sample bool "Too few new customers for an average to mean much"
WITH won AS (
  SELECT
    first_channel,
    last_channel,
    count(CASE WHEN is_new THEN 1 END) AS new_customers,
    count(CASE WHEN is_refunded AND acquired_on >= $window_start AND acquired_on < $window_end THEN 1 END) AS refunded_customers
  FROM acquisition.customers
  GROUP BY first_channel, last_channel
),
parts AS (
  SELECT first_channel AS channel, new_customers, refunded_customers FROM won
  UNION ALL BY NAME
  SELECT last_channel AS channel, new_customers AS new_customers_last FROM won
  UNION ALL BY NAME
  SELECT
    channel,
    CASE WHEN is_known THEN own_spend + shared_spend END AS spend,
    CASE WHEN is_known AND has_salaries THEN own_sales_cost + shared_sales_cost END AS sales_cost,
    CASE WHEN is_known THEN shared_spend + shared_sales_cost END AS shared_cost,
    CASE WHEN is_known THEN total_cost END AS cost
  FROM acquisition.channel_costs
),
rows AS (
  SELECT
    channel,
    false AS is_total,
    coalesce(sum(new_customers), 0) AS new_customers,
    coalesce(sum(new_customers_last), 0) AS new_customers_last,
    coalesce(sum(refunded_customers), 0) AS refunded_customers,
    sum(spend) AS spend,
    sum(sales_cost) AS sales_cost,
    sum(shared_cost) AS shared_cost,
    sum(cost) AS cost,
    CAST(NULL AS DECIMAL(38, 4)) AS window_cost
  FROM parts
  GROUP BY channel
  UNION ALL
  SELECT
    'all',
    true,
    w.new_customers,
    w.new_customers AS new_customers_last,
    w.refunded_customers,
    c.spend,
    c.sales_cost,
    c.shared_cost,
    c.cost,
    c.window_cost
  FROM (SELECT coalesce(sum(new_customers), 0) AS new_customers, coalesce(sum(refunded_customers), 0) AS refunded_customers FROM won) w
  CROSS JOIN (
    SELECT
      sum(own_spend + shared_spend) AS spend,
      sum(CASE WHEN has_salaries THEN own_sales_cost + shared_sales_cost END) AS sales_cost,
      sum(shared_spend + shared_sales_cost) AS shared_cost,
      sum(total_cost) AS cost,
      sum(window_cost) AS window_cost
    FROM acquisition.channel_costs
  ) c
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  c.channel,
  c.is_total,
  c.new_customers,
  c.new_customers_last,
  c.refunded_customers,
  CAST(c.spend AS DECIMAL(38, 4)) AS spend,
  CAST(c.sales_cost AS DECIMAL(38, 4)) AS sales_cost,
  CAST(c.shared_cost AS DECIMAL(38, 4)) AS shared_cost,
  CAST(c.cost AS DECIMAL(38, 4)) AS cost,
  CASE WHEN c.cost IS NOT NULL THEN c.sales_cost IS NOT NULL END AS includes_salaries,
  CAST(c.cost AS DOUBLE) / NULLIF(c.new_customers, 0) AS cac,
  CAST(c.spend AS DOUBLE) / NULLIF(c.new_customers, 0) AS cac_without_salaries,
  CAST(c.cost AS DOUBLE) / NULLIF(c.new_customers_last, 0) AS cac_last,
  CAST(c.window_cost AS DOUBLE) / NULLIF(c.new_customers, 0) AS cac_same_months,
  c.new_customers < r.min_units AS is_small_sample
FROM rows c
CROSS JOIN rule r
