package dev.berth.supervise.steering;

import dev.berth.net.ListenerFactory;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/// A member of a group that no program names and no worker has; it only occupies an index.
final class PlaceholderSocket {
    /// The owner of a filler: a slot and generation that cannot be served.
    private static final WorkerId NOBODY = new WorkerId(Integer.MAX_VALUE, Integer.MAX_VALUE);

    private PlaceholderSocket() {}

    /// Joins the group of `key` as its last member; empty if that is not possible, so that the
    /// group has to do without.
    static Optional<HeldSocket> open(GroupKey key) {
        if (key.device() != 0) {
            return Optional.empty();
        }
        try {
            Fd fd = ListenerFactory.open(key.listen(), true, OptionalInt.of(key.v6only() ? 1 : 0));
            return Optional.of(listening(fd, key));
        } catch (IOException failed) {
            return Optional.empty();
        }
    }

    private static HeldSocket listening(Fd fd, GroupKey key) throws IOException {
        try {
            if (key.protocol() == Protocol.TCP) {
                ListenerFactory.listen(fd, 1);
            }
            return new HeldSocket(fd, SocketInode.of(fd), key, NOBODY);
        } catch (IOException failed) {
            fd.close();
            throw failed;
        }
    }
}
