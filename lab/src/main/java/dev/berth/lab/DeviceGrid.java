package dev.berth.lab;

import dev.berth.inspect.PairwiseRule;
import dev.berth.inspect.RuleSocket;
import dev.berth.net.Addresses;
import dev.berth.net.Protocol;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The grid of SO_BINDTODEVICE, without other options, both sockets on 127.0.0.1.
final class DeviceGrid {
    private static final int FIRST_PORT = 20_000;

    private DeviceGrid() {}

    /// In the calling thread's network namespace.
    static Grid measure(Protocol protocol) throws ErrnoException {
        List<String> devices = new ArrayList<>(List.of("", "lo"));
        List<String> legend = new ArrayList<>(List.of(". succeeds   X bind fails"));
        if (SecondDevice.create()) {
            devices.add(SecondDevice.NAME);
        } else {
            legend.add("This kernel makes no second device: left out.");
        }
        int port = FIRST_PORT;
        List<Grid.Row> rows = new ArrayList<>();
        for (String first : devices) {
            List<Grid.Cell> cells = new ArrayList<>();
            for (String second : devices) {
                RuleSocket old = socket(devices.indexOf(first));
                RuleSocket wanted = socket(devices.indexOf(second));
                boolean allowed = PairwiseRule.judge(protocol, wanted, old).allowed();
                cells.add(
                        new Grid.Cell(
                                sign(live(protocol, List.of(first, second), port++)),
                                sign(allowed)));
            }
            rows.add(new Grid.Row(name(first), cells));
        }
        return new Grid(
                "devices",
                "Whether a second socket can bind 127.0.0.1, by the device that each is bound to",
                legend,
                List.of(""),
                devices.stream().map(DeviceGrid::name).toList(),
                rows);
    }

    private static RuleSocket socket(int device) {
        return RuleSocket.bound(Addresses.of("127.0.0.1", 0)).withDevice(device);
    }

    private static String name(String device) {
        return device.isEmpty() ? "none" : device;
    }

    private static String sign(boolean allowed) {
        return allowed ? "." : "X";
    }

    private static boolean live(Protocol protocol, List<String> devices, int port)
            throws ErrnoException {
        RuleSocket plain = socket(0);
        try (Fd _ = LiveSocket.open(protocol, plain, devices.get(0), port).orElseThrow()) {
            Optional<Fd> second = LiveSocket.open(protocol, plain, devices.get(1), port);
            second.ifPresent(Fd::close);
            return second.isPresent();
        }
    }
}
