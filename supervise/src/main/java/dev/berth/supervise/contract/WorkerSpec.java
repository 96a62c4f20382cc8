package dev.berth.supervise.contract;

/// The workers of a service.
///
/// @param command what each runs
/// @param count how many there are at the start
public record WorkerSpec(Command command, int count, ProcessSpec process) {
    public WorkerSpec {
        if (count < 1 || count > ServiceSpec.MOST_WORKERS) {
            throw new IllegalArgumentException(
                    "1 to " + ServiceSpec.MOST_WORKERS + " workers: requested " + count);
        }
    }

    /// The same with another command.
    public WorkerSpec withCommand(Command next) {
        return new WorkerSpec(next, count, process);
    }

    /// The same with another number of workers.
    public WorkerSpec withCount(int next) {
        return new WorkerSpec(command, next, process);
    }

    /// The same with other process attributes.
    public WorkerSpec withProcess(ProcessSpec next) {
        return new WorkerSpec(command, count, next);
    }
}
