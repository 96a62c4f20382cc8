package dev.berth.boot;

import dev.berth.inspect.KernelCheck;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;

/// The application that the tests start on the libraries of either release line.
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class BootApp {
    /// @param args with `--check` it prints the result of the kernel check and exits
    public static void main(String[] args) {
        if (List.of(args).contains("--check")) {
            System.out.println(KernelCheck.here(System.getenv()));
        } else {
            SpringApplication.run(BootApp.class, args);
        }
    }

    /// The application's own socket at `feed.port`, or at `feed.hidden`, a port that no property
    /// ending in `port` names.
    @Bean
    Feed feed(Environment environment) throws IOException {
        return new Feed(
                environment.getProperty("feed.port", environment.getProperty("feed.hidden", "0")));
    }

    /// Owns the socket.
    static final class Feed {
        private final ServerSocket socket;

        Feed(String port) throws IOException {
            socket = open(Integer.parseInt(port));
        }

        private static ServerSocket open(int port) throws IOException {
            return new ServerSocket(port);
        }

        /// Called by Spring at the end.
        public void close() throws IOException {
            socket.close();
        }
    }
}
