-- Why a race stopped a trial: the p value of its test.
ALTER TABLE trial ADD COLUMN pruned_p_value REAL;
