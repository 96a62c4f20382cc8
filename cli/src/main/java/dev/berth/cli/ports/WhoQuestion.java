package dev.berth.cli.ports;

import dev.berth.inspect.PortQuery;

import java.util.OptionalInt;

/// What `berth who` was asked.
///
/// @param nothing what to say where there is nothing to show
/// @param pid the process that the number may mean as well; 0 if there is none
record WhoQuestion(PortQuery query, String nothing, int pid) {
    boolean perhapsPid() {
        return pid > 0 && query.pid().isEmpty();
    }

    /// The same number, taken for a process.
    WhoQuestion asPid() {
        PortQuery all =
                new PortQuery(
                        query.protocol(),
                        OptionalInt.empty(),
                        query.address(),
                        OptionalInt.of(pid),
                        query.listeners(),
                        query.namespaces(),
                        query.thorough());
        return new WhoQuestion(all, "pid " + pid + " has no socket that could be seen", pid);
    }
}
