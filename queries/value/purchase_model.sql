-- Two models fitted by maximum likelihood to the purchases of all customers (value.purchases), a row each.
-- bg_nbd (BG/NBD; Fader, Hardie and Lee, 2005): while alive, a customer buys at a rate of its own, gamma-distributed over
-- customers with shape r and rate alpha (weeks); after each purchase it leaves for good with a probability of its own,
-- beta-distributed with a and b. It is fitted to all who ever bought.
-- gamma_gamma (Fader and Hardie, 2013): the value of a purchase varies around a mean of the customer's own, by a gamma
-- distribution with shape p whose rate is gamma-distributed with shape q and rate v (money). It is fitted to those whose repeat
-- purchases come to more than zero, and holds only while value and frequency are nearly independent: as long as their
-- correlation is not beyond rules.purchase_model, in either direction (a frequency that all share is correlated with nothing).
-- Where the data do not hold the parameters down (too few customers, nobody who buys again, nobody who leaves), the model
-- has not converged and its parameters are empty.
--
-- grain: model
-- check: converged = (log_likelihood is not null)
-- check: holds = false or converged
-- column: model text "Model"
-- column: customers count "Customers it is fitted to"
-- column: r count "r"
-- column: alpha count "alpha (weeks)"
-- column: a count "a"
-- column: b count "b"
-- column: p count "p"
-- column: q count "q"
-- column: v money "v"
-- column: log_likelihood count "Log-likelihood"
-- column: converged bool "Converged"
-- column: correlation ratio "Correlation of frequency and value"
-- column: holds bool "Can be used"
-- column: horizon_weeks count "Weeks ahead"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH rule AS (
  SELECT p.horizon_weeks, p.max_correlation, s.min_rate_units
  FROM rules.purchase_model p
  CROSS JOIN rules.small_samples s
  WHERE (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
often AS (
  SELECT bgnbd_fit(frequency, recency, age) AS fit, count(*) AS customers
  FROM value.purchases
),
much AS (
  SELECT gamma_gamma_fit(frequency, repeat_value) AS fit, count(*) AS customers
  FROM value.purchases
  WHERE frequency > 0 AND repeat_amount > 0
)
SELECT
  'bg_nbd' AS model,
  o.customers,
  o.fit['r'] AS r,
  o.fit['alpha'] AS alpha,
  o.fit['a'] AS a,
  o.fit['b'] AS b,
  CAST(NULL AS DOUBLE) AS p,
  CAST(NULL AS DOUBLE) AS q,
  CAST(NULL AS DOUBLE) AS v,
  o.fit['log_likelihood'] AS log_likelihood,
  o.fit['converged'] AS converged,
  CAST(NULL AS DOUBLE) AS correlation,
  o.fit['converged'] AS holds,
  r.horizon_weeks,
  o.customers < r.min_rate_units AS is_small_sample
FROM often o
CROSS JOIN rule r
UNION ALL
SELECT
  'gamma_gamma',
  m.customers,
  CAST(NULL AS DOUBLE),
  CAST(NULL AS DOUBLE),
  CAST(NULL AS DOUBLE),
  CAST(NULL AS DOUBLE),
  m.fit['p'],
  m.fit['q'],
  m.fit['v'],
  m.fit['log_likelihood'],
  m.fit['converged'],
  m.fit['correlation'],
  m.fit['converged'] AND coalesce(abs(m.fit['correlation']), 0) <= CAST(r.max_correlation AS DOUBLE),
  r.horizon_weeks,
  m.customers < r.min_rate_units
FROM much m
CROSS JOIN rule r
