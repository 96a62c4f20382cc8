package dev.berth.supervise.process;

import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketLookup;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// Looks up what runs on the machine: walks through /proc, and dumps of the kernel's sockets. Both
/// take long on a large machine, so most callers are threads other than the owner's.
///
/// May be used from any thread.
public interface KernelTables {
    /// The tables of the running kernel.
    KernelTables SYSTEM = new SystemTables();

    /// All processes; see [ProcessList#read].
    List<ProcessEntry> processes();

    /// The sockets that these processes hold, by inode; see [Holders#of].
    Map<Long, List<Holder>> holders(Collection<Integer> pids);

    /// Lists the sockets of the calling thread's network namespace; see [SockDiag#open].
    ///
    /// **Ownership:** the caller closes it.
    SocketLookup sockets() throws IOException;

    /// [#SYSTEM].
    final class SystemTables implements KernelTables {
        private SystemTables() {}

        @Override
        public List<ProcessEntry> processes() {
            return ProcessList.read();
        }

        @Override
        public Map<Long, List<Holder>> holders(Collection<Integer> pids) {
            return Holders.of(pids);
        }

        @Override
        public SocketLookup sockets() throws IOException {
            return SockDiag.open();
        }
    }
}
