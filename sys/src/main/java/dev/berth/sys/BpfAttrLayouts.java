package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/// The parts of `union bpf_attr` that are used; what a kernel does not know yet must be zero or
/// absent.
///
/// **Source:** bpf(2), `linux/bpf.h`.
final class BpfAttrLayouts {
    static final int NAME_BYTES = 16;

    /// For `BPF_MAP_CREATE`:
    ///
    ///     0      4          8            12            16      20
    ///     | type | key_size | value_size | max_entries | flags | inner_map_fd |
    ///     24          28             44
    ///     | numa_node | map_name[16] |
    static final StructLayout MAP =
            Layouts.struct(
                    "bpf_attr map",
                    44,
                    JAVA_INT.withName("map_type"),
                    JAVA_INT.withName("key_size"),
                    JAVA_INT.withName("value_size"),
                    JAVA_INT.withName("max_entries"),
                    JAVA_INT.withName("map_flags"),
                    JAVA_INT.withName("inner_map_fd"),
                    JAVA_INT.withName("numa_node"),
                    MemoryLayout.sequenceLayout(NAME_BYTES, JAVA_BYTE).withName("map_name"));

    static final long MAP_TYPE = Layouts.offset(MAP, "map_type");
    static final long KEY_SIZE = Layouts.offset(MAP, "key_size");
    static final long VALUE_SIZE = Layouts.offset(MAP, "value_size");
    static final long MAX_ENTRIES = Layouts.offset(MAP, "max_entries");
    static final long MAP_NAME = Layouts.offset(MAP, "map_name");

    /// For `BPF_MAP_…_ELEM`:
    ///
    ///     0        4         8       16        24       32
    ///     | map_fd | padding | key * | value * | flags  |
    static final StructLayout ELEMENT =
            Layouts.struct(
                    "bpf_attr element",
                    32,
                    JAVA_INT.withName("map_fd"),
                    MemoryLayout.paddingLayout(4),
                    JAVA_LONG.withName("key"),
                    JAVA_LONG.withName("value"),
                    JAVA_LONG.withName("flags"));

    static final long MAP_FD = Layouts.offset(ELEMENT, "map_fd");
    static final long KEY = Layouts.offset(ELEMENT, "key");
    static final long VALUE = Layouts.offset(ELEMENT, "value");
    static final long ELEMENT_FLAGS = Layouts.offset(ELEMENT, "flags");

    /// For `BPF_MAP_…_BATCH`:
    ///
    ///     0          8           16     24       32      36       40           48      56
    ///     | in_batch | out_batch | keys | values | count | map_fd | elem_flags | flags |
    static final StructLayout BATCH =
            Layouts.struct(
                    "bpf_attr batch",
                    56,
                    JAVA_LONG.withName("in_batch"),
                    JAVA_LONG.withName("out_batch"),
                    JAVA_LONG.withName("keys"),
                    JAVA_LONG.withName("values"),
                    JAVA_INT.withName("count"),
                    JAVA_INT.withName("map_fd"),
                    JAVA_LONG.withName("elem_flags"),
                    JAVA_LONG.withName("flags"));

    static final long BATCH_NEXT = Layouts.offset(BATCH, "out_batch");
    static final long BATCH_KEYS = Layouts.offset(BATCH, "keys");
    static final long BATCH_VALUES = Layouts.offset(BATCH, "values");
    static final long BATCH_COUNT = Layouts.offset(BATCH, "count");
    static final long BATCH_MAP_FD = Layouts.offset(BATCH, "map_fd");

    /// For `BPF_PROG_QUERY`:
    ///
    ///     0        4      8       12             16         24      28
    ///     | target | hook | flags | attach_flags | prog_ids | count | - |
    static final StructLayout QUERY =
            Layouts.struct(
                    "bpf_attr query",
                    32,
                    JAVA_INT.withName("target"),
                    JAVA_INT.withName("hook"),
                    JAVA_INT.withName("query_flags"),
                    JAVA_INT.withName("attach_flags"),
                    JAVA_LONG.withName("prog_ids"),
                    JAVA_INT.withName("count"),
                    JAVA_INT.withName("unused"));

    static final long QUERY_TARGET = Layouts.offset(QUERY, "target");
    static final long QUERY_HOOK = Layouts.offset(QUERY, "hook");
    static final long QUERY_COUNT = Layouts.offset(QUERY, "count");

    /// For `BPF_PROG_LOAD`:
    ///
    ///     0      4          8         16          24          28         32
    ///     | type | insn_cnt | insns * | license * | log_level | log_size | log_buf * |
    ///     40             44      48              64        68                     72
    ///     | kern_version | flags | prog_name[16] | ifindex | expected_attach_type |
    static final StructLayout PROGRAM =
            Layouts.struct(
                    "bpf_attr program",
                    72,
                    JAVA_INT.withName("prog_type"),
                    JAVA_INT.withName("insn_cnt"),
                    JAVA_LONG.withName("insns"),
                    JAVA_LONG.withName("license"),
                    JAVA_INT.withName("log_level"),
                    JAVA_INT.withName("log_size"),
                    JAVA_LONG.withName("log_buf"),
                    JAVA_INT.withName("kern_version"),
                    JAVA_INT.withName("prog_flags"),
                    MemoryLayout.sequenceLayout(NAME_BYTES, JAVA_BYTE).withName("prog_name"),
                    JAVA_INT.withName("prog_ifindex"),
                    JAVA_INT.withName("expected_attach_type"));

    static final long PROGRAM_TYPE = Layouts.offset(PROGRAM, "prog_type");
    static final long COUNT = Layouts.offset(PROGRAM, "insn_cnt");
    static final long INSTRUCTIONS = Layouts.offset(PROGRAM, "insns");
    static final long LICENSE = Layouts.offset(PROGRAM, "license");
    static final long LOG_LEVEL = Layouts.offset(PROGRAM, "log_level");
    static final long LOG_SIZE = Layouts.offset(PROGRAM, "log_size");
    static final long LOG = Layouts.offset(PROGRAM, "log_buf");
    static final long PROGRAM_NAME = Layouts.offset(PROGRAM, "prog_name");
    static final long ATTACH_TYPE = Layouts.offset(PROGRAM, "expected_attach_type");

    private BpfAttrLayouts() {}
}
