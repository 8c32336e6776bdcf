-- The visit bands of every version of the rule, each with the balance it begins at and the one at which the next begins. The lower
-- border belongs to the band, so a balance that lies exactly on a border counts to the upper one.
--
-- grain: rule_version, band
-- order: rule_version, position
-- check: from_balance < below_balance
-- check: cadence in ('week', 'xun', 'month', 'none')
-- column: band text "Visit band"
-- column: position count "Position from the top"
-- column: cadence text "Visited every"
-- column: from_balance money "From this average balance"
-- column: below_balance money "To below this average balance"
-- column: valid_from date "Valid from"
-- column: valid_to date "Valid to, not included"
-- column: rule_version text "Version of the rule"
SELECT
  band,
  CAST(row_number() OVER (PARTITION BY version ORDER BY from_balance DESC NULLS LAST, band) AS BIGINT) AS position,
  cadence,
  from_balance,
  lag(from_balance) OVER (PARTITION BY version ORDER BY from_balance DESC NULLS LAST, band) AS below_balance,
  valid_from,
  valid_to,
  version AS rule_version
FROM rules.visit_bands
