-- Why a final month came out otherwise: the days of it that were judged anew since, and for what.
-- A change that was listed before this has neither.
ALTER TABLE attendance_month_changes
    ADD COLUMN days   date[] NOT NULL DEFAULT '{}',
    ADD COLUMN causes text[] NOT NULL DEFAULT '{}';  -- as in attendance_changes, or day_record, colleague
