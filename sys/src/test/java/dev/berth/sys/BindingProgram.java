package dev.berth.sys;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/// A program that binds the port of its argument, listens and reports it, on a thread that is not
/// its process's main thread, as is always the case in a JVM.
final class BindingProgram {
    private BindingProgram() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            System.out.println("listening on " + socket.getLocalPort());
            socket.accept().close();
            System.out.println("served");
        }
    }
}
