-- Rows of stream $1 up to position $2 may be missing from now on.
update stream_horizons set position = greatest(position, $2::bigint) where stream = $1
