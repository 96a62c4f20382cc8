/// BPF instructions as values, the programs made of them, and the live table that steers the new
/// connections of a SO_REUSEPORT group.
module dev.berth.bpf {
    requires transitive dev.berth.sys;
    requires static org.jspecify;

    exports dev.berth.bpf;
}
