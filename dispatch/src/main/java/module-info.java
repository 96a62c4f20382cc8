/// One listener for many workers: connections are accepted, routed by their first bytes where that
/// is asked for, and handed to a worker as they are.
module dev.berth.dispatch {
    requires dev.berth.bpf;
    requires transitive dev.berth.net;
    requires static org.jspecify;

    exports dev.berth.dispatch;
}
