/// One listener for many workers: accepts connections, routes them by their first bytes if
/// configured, and hands each to a worker unchanged.
module dev.berth.dispatch {
    requires dev.berth.bpf;
    requires transitive dev.berth.net;
    requires static org.jspecify;

    exports dev.berth.dispatch;
}
