-- Whether a trace may meet a filter, as before; a filter that names no service does not look at
-- those of the trace. Planned for its arguments, a statement then tests only what is asked for.
create or replace function may_meet(
    summary trace_summary,
    least_nanos bigint,
    greatest_nanos bigint,
    wanted_services text[],
    has_error boolean,
    wanted_id bytea,
    wanted_root text,
    is_request boolean,
    has_failed boolean,
    dimension text[],
    wanted_flags text[]
) returns boolean
language sql
immutable
parallel safe
as $$
    select summary.duration_nanos between least_nanos and greatest_nanos
        and (cardinality(wanted_services) = 0 or summary.services @> wanted_services)
        and (not has_error or summary.error_count > 0)
        and (wanted_id is null or summary.trace_id = wanted_id)
        and (wanted_root is null or summary.root_operation = wanted_root)
        and (not is_request or summary.failed is not null)
        and (has_failed is null or summary.failed = has_failed)
        and (dimension[1] is null or summary.app_type = dimension[1])
        and (dimension[2] is null or summary.app_id = dimension[2])
        and (dimension[3] is null or summary.region = dimension[3])
        and (dimension[4] is null or summary.release = dimension[4])
        and (dimension[5] is null or summary.app_version = dimension[5])
        and (dimension[6] is null or summary.os = dimension[6])
        and (dimension[7] is null or summary.device = dimension[7])
        and (dimension[8] is null or summary.device_class = dimension[8])
        and (dimension[9] is null or summary.network = dimension[9])
        and (dimension[10] is null or summary.environment = dimension[10])
        and (dimension[11] is null or summary.tier = dimension[11])
        and (dimension[12] is null or summary.journey = dimension[12])
        and (dimension[13] is null or summary.session_id = dimension[13])
        and (dimension[14] is null or summary.user_id = dimension[14])
        and (cardinality(wanted_flags) = 0 or has_flags(summary.flags, wanted_flags))
$$;
