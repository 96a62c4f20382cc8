package dev.berth.cli.run;

import dev.berth.supervise.contract.EventSink;

/// The output of one service: of its workers and of its supervisor.
interface ServiceLog extends EventSink, SupervisorLog {
    /// The progress that clients see which wait for a command.
    ProgressFeed feed();
}
