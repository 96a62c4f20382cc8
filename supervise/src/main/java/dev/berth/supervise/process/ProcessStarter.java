package dev.berth.supervise.process;

import dev.berth.sys.Fd;
import dev.berth.sys.SpawnRequest;
import dev.berth.sys.User;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/// Starts the processes of workers.
public interface ProcessStarter extends AutoCloseable {
    /// A started child.
    ///
    /// **Ownership:** the caller closes the descriptors.
    record Child(int pid, Optional<Fd> notifications) {}

    /// Makes a starter.
    interface Factory {
        /// @param watched whether bind(2) and listen(2) of the children are answered by the
        ///   supervisor
        /// @param user of the children, if not this process's
        /// @throws IOException this process cannot start children of that user
        ProcessStarter open(boolean watched, Optional<User> user) throws IOException;
    }

    /// Prepares a thread for the next start, which then needs no other. Call this now and then, in
    /// case it was not possible before.
    void prepare();

    /// Starts a process. What a failed start lacked may be available at another time.
    ///
    /// @param cpu the only CPU that the child may run on, if there is such a limit
    Child start(SpawnRequest request, OptionalInt cpu) throws IOException;

    @Override
    void close();
}
